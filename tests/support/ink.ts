/** What a person really sees of a page: the pixels of a picture, not what the document says should be there. */
import type { Page } from '@playwright/test';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * For each box, the share of its pixels that stand out from its most common colour: 0 where nothing is painted, some
 * hundredths where a text stands. Boxes are in pixels of the picture, which `reader`, a page of its own, decodes.
 */
export async function inkOf(picture: Buffer, boxes: readonly Box[], reader: Page): Promise<number[]> {
  const source = `data:image/png;base64,${picture.toString('base64')}`;
  return reader.evaluate(
    async ({ source, boxes }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const pen = canvas.getContext('2d', { willReadFrequently: true });
      if (!pen) throw new Error('no canvas');
      pen.drawImage(image, 0, 0);
      return boxes.map(({ x, y, width, height }) => {
        const colours = new Uint32Array(
          pen.getImageData(x, y, Math.max(1, width), Math.max(1, height)).data.buffer,
        );
        const counts = new Map<number, number>();
        for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
        return 1 - Math.max(...counts.values()) / colours.length;
      });
    },
    { source, boxes },
  );
}
