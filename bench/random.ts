// Random numbers that repeat: the same seed gives every library of a cell the same requests.

/** Draws a number from 0 up to, and not including, 2^32. */
export type Random = () => number;

/** A generator (mulberry32); its period is 2^32. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** A number from 0 up to, and not including, `limit`. */
export function below(random: Random, limit: number): number {
  return Math.floor((random() / 2 ** 32) * limit);
}

/** Puts items in random order (Fisher and Yates), in place, and returns them. */
export function shuffle<Items extends unknown[] | Int32Array>(items: Items, random: Random): Items {
  for (let i = items.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

/** Maps int32 one to one, so that neighbours end up far apart (the end of MurmurHash3). */
export function mix32(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * Draws ranks from 0 up to, and not including, `count`: rank r has a share in proportion to
 * (r + 1)^-exponent. By rejection-inversion (Hörmann and Derflinger 1996), which needs no table.
 */
export function createZipf(count: number, exponent: number, random: Random): () => number {
  const rest = 1 - exponent;
  // Powers by way of logarithms, which is twice as fast in V8.
  const integral = (x: number): number => Math.expm1(rest * Math.log(x)) / rest;
  const inverse = (y: number): number => Math.exp(Math.log1p(y * rest) / rest);
  const first = integral(1.5) - 1;
  const last = integral(count + 0.5);
  // So close below its rank, a point is accepted whatever the rank: that spares most powers.
  const close = 2 - inverse(integral(2.5) - 2 ** -exponent);
  return () => {
    for (;;) {
      const y = last + (random() / 2 ** 32) * (first - last);
      const x = inverse(y);
      const rank = Math.min(count, Math.max(1, Math.round(x)));
      if (rank - x <= close || y >= integral(rank + 0.5) - rank ** -exponent) return rank - 1;
    }
  };
}
