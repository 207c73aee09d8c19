// How numbers are written on the page.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** A number without decimals: `12,345`. */
export function countText(count: number): string {
  return whole.format(count);
}

/** A share as a percentage: `66.7%`; a dash if it is a share of nothing. */
export function shareText(part: number, of: number): string {
  return of === 0 ? '–' : percent.format(part / of);
}
