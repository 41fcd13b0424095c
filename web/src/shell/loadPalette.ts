/** Fetches the palette; also ahead of time, so that what is typed after its keys goes into it from the first letter. */
export const loadPalette = () => import("./Palette");
