//! What the processor can do, for the roofline in docs/performance.md.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pulp::{Arch, Simd, WithSimd};

/// Sums that do not wait for each other.
const N_SUMS: usize = 24;

/// Multiply-adds of sixteen numbers per sum.
const N_ROUNDS: usize = 4096;

struct MultiplyAdds<'a>(&'a [f32; 16]);

impl WithSimd for MultiplyAdds<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let factor = simd.splat_f32s(0.999);
        let value = simd.splat_f32s(self.0[0]);
        let n_rounds = N_ROUNDS * 16 / S::F32_LANES;
        // As many as fit into the registers, one after another.
        let n_sums = if S::REGISTER_COUNT >= 32 { N_SUMS } else { 12 };
        let mut total = 0.0;
        for _ in 0..N_SUMS / n_sums {
            let mut sums = [value; N_SUMS];
            if n_sums == N_SUMS {
                for _ in 0..n_rounds {
                    for sum in &mut sums {
                        *sum = simd.mul_add_e_f32s(*sum, factor, value);
                    }
                }
            } else {
                for _ in 0..n_rounds {
                    for sum in &mut sums[..12] {
                        *sum = simd.mul_add_e_f32s(*sum, factor, value);
                    }
                }
            }
            for sum in sums {
                total += simd.reduce_sum_f32s(sum);
            }
        }
        total
    }
}

struct Read<'a>(&'a [f32]);

impl WithSimd for Read<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let mut sums = [simd.splat_f32s(0.0); 8];
        for vectors in S::as_simd_f32s(self.0).0.as_chunks::<8>().0 {
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = simd.add_f32s(*sum, *vector);
            }
        }
        sums.into_iter().map(|sum| simd.reduce_sum_f32s(sum)).sum()
    }
}

fn machine(criterion: &mut Criterion) {
    let arch = Arch::new();
    criterion.bench_function("machine, multiply-adds", |bencher| {
        bencher.iter(|| arch.dispatch(MultiplyAdds(black_box(&[0.001; 16]))));
    });
    let values = vec![0.001; 65_536 + 16];
    let first = values.as_ptr().align_offset(64);
    let values = &values[first..first + 65_536];
    criterion.bench_function("machine, read 256 KiB", |bencher| {
        bencher.iter(|| arch.dispatch(Read(black_box(values))));
    });
}

criterion_group!(stages, machine);
criterion_main!(stages);
