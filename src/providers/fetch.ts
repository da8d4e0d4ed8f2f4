/** Asks the outside world. It is the one module that does, so that one can see what leaves, and a lint rule keeps it so. */
export async function fetchOutside(url: string | URL, request: RequestInit): Promise<Response> {
  return await fetch(url, request)
}
