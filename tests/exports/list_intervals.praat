# Prints the intervals of a TextGrid: tier, start, end and text between tabs.
form: "A TextGrid"
    infile: "path", ""
endform
Read from file: path$
end = Get end time
writeInfoLine: "end", tab$, fixed$ (end, 3)
n_tiers = Get number of tiers
for tier to n_tiers
    name$ = Get tier name: tier
    n_intervals = Get number of intervals: tier
    for interval to n_intervals
        start = Get start time of interval: tier, interval
        end = Get end time of interval: tier, interval
        text$ = Get label of interval: tier, interval
        appendInfoLine: name$, tab$, fixed$ (start, 3), tab$, fixed$ (end, 3), tab$, text$
    endfor
endfor
