/** Puts text on the clipboard; false where the browser does not let the page: whoever asked is told. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
