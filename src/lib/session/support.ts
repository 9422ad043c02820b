/** What this browser can and cannot promise, as data: pages choose the words and the place. */

export type Notice =
  /** The page is not served over https (or from localhost): no offline start, no second tab. */
  | 'insecure-origin'
  /** Below the floor: Safari 16.4, Chrome 111, Firefox 128. */
  | 'too-old'
  /** Safari deletes what a site stored after seven days without a visit, unless it stands on the home screen. */
  | 'safari-7-days'
  /** The browser may delete what is stored when the disk runs full. */
  | 'not-persistent';

/** What is known about the browser and its storage. */
export interface Device {
  secure: boolean;
  /** Knows what the floor of the styles needs. */
  modern: boolean;
  /** Any browser on Apple's engine: on iPhone and iPad all of them are. */
  apple: boolean;
  /** Opened from the home screen or the dock. */
  installed: boolean;
  /** undefined: not known yet, or not to be known here. */
  persistent: boolean | undefined;
}

/** Everything that a person should be told about this browser, the gravest first. */
export function noticesOf(device: Device): Notice[] {
  // Where the app cannot run, what would be kept does not matter.
  if (!device.modern) return ['too-old'];
  if (!device.secure) return ['insecure-origin'];
  if (device.apple && !device.installed) return ['safari-7-days'];
  return device.persistent === false ? ['not-persistent'] : [];
}

/** Reads the browser this runs in. `persistent` comes from `keepStorage`. */
export function readDevice(persistent?: boolean): Device {
  return {
    secure: globalThis.isSecureContext,
    modern: isModern(),
    apple: navigator.vendor.startsWith('Apple'),
    installed: isInstalled(),
    persistent,
  };
}

export function isInstalled(): boolean {
  const standalone = (navigator as Navigator & { standalone?: boolean }).standalone === true;
  return standalone || matchMedia('(display-mode: standalone)').matches;
}

/**
 * The question that the script of app.html asks: what Safari 16.4, Chrome 111 and Firefox 128 brought. Nothing that
 * an insecure origin hides may stand here (Web Locks): it would call a new browser old.
 */
function isModern(): boolean {
  return 'registerProperty' in CSS && CSS.supports('color', 'color-mix(in srgb, red, red)');
}
