/** Version of the line protocol. Raised when an old program could misread a frame, never for additions. */
export const PROTOCOL = 1;

/** WebSocket paths of the relay: the multiplexed line, and one document for a stock `WebsocketProvider`. */
export const LINE_PATH = '/line';
export const STOCK_PATH = '/y';
