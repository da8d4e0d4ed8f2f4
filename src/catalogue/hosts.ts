const open = new Set(['ollama', 'vllm'])

/** Whether a provider serves whatever model it has, listed here or not. */
export function isOpen(slug: string): boolean {
  return open.has(slug)
}

/** What must be set before a provider can be called: `OPENAI_API_KEY`. */
export function settingOf(slug: string): string {
  if (slug === 'simulator') return 'SIMULATOR=on'
  const stem = slug.toUpperCase().replaceAll('-', '_')
  return isOpen(slug) ? `${stem}_BASE_URL` : `${stem}_API_KEY`
}
