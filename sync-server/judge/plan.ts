/** What `examine` worked out and `applyExamined` carries out. Opaque to everybody else. */
export interface Plan {
  readonly bytes: Uint8Array;
}
