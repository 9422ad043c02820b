/** The sessions port: who speaks. Implemented on better-auth; asked at every upgrade and HTTP request. */
export interface Session {
  id: string;
  person: string;
  /** ms since 1970. */
  expiresAt: number;
}

export interface Sessions {
  /** The session of a request's cookie (or `Authorization: Bearer`); undefined when missing or expired. */
  ofHeaders(headers: Headers): Promise<Session | undefined>;
  /** The session of a bare token (a stock client's query parameter). */
  ofToken(token: string): Promise<Session | undefined>;
  /** Called with the id of a session that was signed out or revoked. */
  onEnd(listener: (session: string) => void): () => void;
}
