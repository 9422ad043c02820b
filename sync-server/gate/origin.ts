/** The origin check: a browser page of another site may not speak for a signed-in person, on HTTP or on WebSocket. */

/**
 * Whether a request may go on. Browsers send `Origin` with every WebSocket and every unsafe request; a program that
 * sends none is not a browser and carries no cookie of one. `origins`: the school's own.
 */
export function isOwnOrigin(origin: string | undefined | null, origins: ReadonlySet<string>): boolean {
  return origin === undefined || origin === null || origins.has(origin);
}
