/** Whether the digits end in the check digit that the others call for (ISO/IEC 7812-1). */
export function hasValidCheckDigit(digits: string): boolean {
  let sum = 0;
  [...digits].toReversed().forEach((character, index) => {
    const digit = Number(character);
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  });
  return sum % 10 === 0;
}
