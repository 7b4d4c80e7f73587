//! What is asked of the project's speed, and whether this run reached it.

/// In the order in which they were measured.
#[derive(Default)]
pub struct Goals(Vec<Goal>);

struct Goal {
    what: String,
    asked: Asked,
    measured: f64,
}

#[derive(Clone, Copy)]
enum Asked {
    AtMost(f64),
    AtLeast(f64),
}

impl Goals {
    /// Adds a goal that is reached by no more than `bound`.
    pub fn at_most(&mut self, what: &str, bound: f64, measured: f64) {
        self.add(what, Asked::AtMost(bound), measured);
    }

    /// Adds a goal that is reached by no less than `bound`.
    pub fn at_least(&mut self, what: &str, bound: f64, measured: f64) {
        self.add(what, Asked::AtLeast(bound), measured);
    }

    fn add(&mut self, what: &str, asked: Asked, measured: f64) {
        let what = what.to_owned();
        self.0.push(Goal {
            what,
            asked,
            measured,
        });
    }

    /// In Markdown.
    pub fn table(&self) -> String {
        let mut table = "| goal | asked | measured | |\n|---|---|---|---|\n".to_owned();
        for Goal {
            what,
            asked,
            measured,
        } in &self.0
        {
            let (asked, is_met) = match *asked {
                Asked::AtMost(bound) => (format!("at most {bound}"), *measured <= bound),
                Asked::AtLeast(bound) => (format!("at least {bound}"), *measured >= bound),
            };
            let verdict = if is_met { "met" } else { "missed" };
            table.push_str(&format!(
                "| {what} | {asked} | {measured:.2} | {verdict} |\n"
            ));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_reached_from_its_own_side() {
        let mut goals = Goals::default();
        goals.at_most("time", 0.6, 0.6);
        goals.at_most("memory", 90.0, 96.0);
        goals.at_least("requests", 1.5, 0.85);
        let table = goals.table();
        let verdicts = table.lines().skip(2).map(|line| line.contains("| met |"));
        assert_eq!(verdicts.collect::<Vec<_>>(), [true, false, false]);
    }
}
