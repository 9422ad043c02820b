import { expect, it } from 'vitest';
import { type Device, noticesOf } from './support.ts';

const phone: Device = { secure: true, modern: true, apple: false, installed: false, persistent: true };

it('[R660] a browser that keeps everything is told nothing', () => {
  expect(noticesOf(phone)).toEqual([]);
  expect(noticesOf({ ...phone, persistent: undefined })).toEqual([]);
});

it('[R660] Masha in a Safari tab hears of the seven days, on her home screen she does not', () => {
  const iphone = { ...phone, apple: true, persistent: false };
  expect(noticesOf(iphone)).toEqual(['safari-7-days']);
  expect(noticesOf({ ...iphone, persistent: true, installed: true })).toEqual([]);
});

it('[R661] storage that may be cleared is named, once it is known', () => {
  expect(noticesOf({ ...phone, persistent: false })).toEqual(['not-persistent']);
});

it('[R662] where the app cannot run, that alone is said', () => {
  expect(noticesOf({ ...phone, secure: false, apple: true })).toEqual(['insecure-origin']);
  expect(noticesOf({ ...phone, modern: false, secure: false })).toEqual(['too-old']);
});
