/** `chat/<id>/pins`: root map `pins`, message id → Pin. Ids only, no text: what is erased stays erased. */
export const PINS_ROOTS = ['pins'] as const;

export interface Pin {
  by: string;
  at: number;
}
