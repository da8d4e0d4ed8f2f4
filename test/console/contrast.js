/*
 * Evaluated inside a page: the visible texts that stand out from their background by less than WCAG AA asks, each with
 * its ratio.
 */
function channels(color) {
  return (color.match(/[\d.]+/g) ?? []).map(Number)
}

function luminance(color) {
  const [red, green, blue] = channels(color)
    .slice(0, 3)
    .map((channel) => channel / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function backgroundOf(element) {
  for (let at = element; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at)
    if (channels(backgroundColor)[3] !== 0) return backgroundColor
  }
  return 'rgb(255, 255, 255)'
}

function ratioOf(element) {
  const [low, high] = [getComputedStyle(element).color, backgroundOf(element)]
    .map(luminance)
    .toSorted((left, right) => left - right)
  return (high + 0.05) / (low + 0.05)
}

function neededBy(element) {
  const { fontSize, fontWeight } = getComputedStyle(element)
  const large = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700)
  return large ? 3 : 4.5
}

function hasText(element) {
  return (
    element.checkVisibility() &&
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '')
  )
}

// What a script ends with is what its evaluation gives.
;[...document.body.querySelectorAll('*')]
  .filter((element) => hasText(element) && ratioOf(element) < neededBy(element))
  .map((element) => `${element.textContent.slice(0, 40)}: ${ratioOf(element).toFixed(2)}`)
