/** The media type and the bytes of a base64 data URL (RFC 2397); `undefined` for anything else. */
export function dataUrl(url: string): { mediaType: string; base64: string } | undefined {
  const comma = url.slice(0, 128).indexOf(',')
  const match = comma === -1 ? null : /^data:([^;,]+)(?:;[^;,]+)*;base64$/i.exec(url.slice(0, comma))
  if (!match?.[1]) return undefined
  return { mediaType: match[1].toLowerCase(), base64: url.slice(comma + 1) }
}
