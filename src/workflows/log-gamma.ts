/** log Γ(x) for x > 0: Stirling's series, after shifting small arguments up. Good to 9 digits. */
export function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  while (shifted < 7) {
    product *= shifted;
    shifted += 1;
  }
  const inverse = 1 / shifted;
  const inverseSquared = inverse * inverse;
  const series =
    inverse * (1 / 12 - inverseSquared * (1 / 360 - inverseSquared * (1 / 1260 - inverseSquared / 1680)));
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.9189385332046727 + series - Math.log(product);
}
