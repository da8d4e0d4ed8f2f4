/** One server-sent event, or a comment, which some providers send to keep a silent stream open. */
export type SseMessage = { data: string; event?: string } | { comment: string }

/** Longest line and longest event that are read, in characters: a stream beyond it is broken or hostile. */
export const sseLineMax = 1024 * 1024
