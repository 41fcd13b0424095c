/** Whether this device has no keyboard and pointer of its own: there Enter breaks the line, and the keyboard takes half the page. */
export function touchFirst(): boolean {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}
