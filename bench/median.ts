// The median, which is what all of the benchmark's figures are, and how sure it is.

/** The middle of some numbers, or the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Probability with which an interval holds the median, at least, if there are four values. */
export const CONFIDENCE = 0.85;

/**
 * How many values may be left out at either end of `count` so that those that remain enclose the
 * median of the distribution they were drawn from, whatever it is, with the probability above: each
 * value is above it as likely as below.
 */
function leftOutOf(count: number): number {
  // The probability of exactly `k` values on one side of the median, and of up to as many.
  let exactly = 0.5 ** count;
  let upTo = exactly;
  let k = 0;
  for (;;) {
    exactly *= (count - k) / (k + 1);
    upTo += exactly;
    if (1 - 2 * upTo < CONFIDENCE) return k;
    k += 1;
  }
}

/** An interval around the median; from lowest to highest value if there are few. */
export function intervalOf(values: readonly number[]): {
  readonly low: number;
  readonly high: number;
} {
  const sorted = values.toSorted((a, b) => a - b);
  const leftOut = leftOutOf(sorted.length);
  return {
    low: sorted[leftOut] as number,
    high: sorted[sorted.length - 1 - leftOut] as number,
  };
}
