// Every page is drawn on the device from what the device holds.
export const ssr = false;
export const prerender = false;
