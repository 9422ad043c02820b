/** What a key in the composer means. */
export type EnterSetting = 'auto' | 'send' | 'line';

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

/** Ctrl+Enter (⌘ on a Mac) always sends; Enter alone as set, and by default where there is a real keyboard. */
export function sends(key: Key, setting: EnterSetting, hasKeyboard: boolean): boolean {
  if (key.key !== 'Enter' || key.isComposing || key.altKey) return false;
  if (key.ctrlKey || key.metaKey) return true;
  if (key.shiftKey) return false;
  return setting === 'send' || (setting === 'auto' && hasKeyboard);
}
