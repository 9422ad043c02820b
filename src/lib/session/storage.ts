/** The browser's word about what the app stores on this device. */

export interface StorageRoom {
  /** Bytes that are taken and that the browser allows; undefined when it does not say. */
  used: number | undefined;
  quota: number | undefined;
}

/**
 * Asks the browser to keep what is stored, once there is something of value (a first chat, a first message):
 * a browser that asks its person is asked for a reason. True: kept; false: may go when the disk is full;
 * undefined: this browser does not say.
 */
export async function keepStorage(
  storage: StorageManager | undefined = globalThis.navigator?.storage,
): Promise<boolean | undefined> {
  if (!storage?.persist) return undefined;
  try {
    return (await storage.persisted()) || (await storage.persist());
  } catch {
    return undefined;
  }
}

/** How much room there is: asked before a large download, and shown in the settings. */
export async function storageRoom(
  storage: StorageManager | undefined = globalThis.navigator?.storage,
): Promise<StorageRoom> {
  try {
    const { usage, quota } = (await storage?.estimate?.()) ?? {};
    return { used: usage, quota };
  } catch {
    return { used: undefined, quota: undefined };
  }
}
