/** Reads a body as text up to a number of bytes; what follows them is neither read nor waited for. */
export async function readText(
  response: Response,
  bytesMax: number,
): Promise<{ text: string; isWhole: boolean }> {
  const reader = response.body?.getReader()
  if (!reader) return { text: '', isWhole: true }
  const decoder = new TextDecoder()
  let text = ''
  let bytesLeft = bytesMax
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { text: text + decoder.decode(), isWhole: true }
      text += decoder.decode(value.subarray(0, bytesLeft), { stream: true })
      bytesLeft -= value.byteLength
      if (bytesLeft < 0) return { text, isWhole: false }
    }
  } finally {
    // A body that has already failed rejects this with the failure that is on its way to the caller anyway.
    await reader.cancel().catch(() => undefined)
  }
}
