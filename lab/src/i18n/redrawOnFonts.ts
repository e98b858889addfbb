/**
 * Draws all text anew whenever a font has come. Chromium keeps the empty boxes of letters that no font of the system has,
 * even after the one that has them was loaded, until something that matters to fonts changes. This is a feature that no
 * font has.
 */
export function redrawOnFonts(): void {
  const { style } = document.documentElement
  let count = 0
  document.fonts.addEventListener('loadingdone', () => {
    style.fontFeatureSettings = `"zzzz" ${++count}`
  })
}
