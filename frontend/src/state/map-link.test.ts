import { describe, expect, it } from 'vitest';
import { mapUrl } from './map-link';

const at = (latitude: string, longitude: string) =>
  mapUrl({ latitude, longitude, label: null, address: null });

describe('a location', () => {
  it('links to a map', () => {
    expect(at('52.5200', '-13.4050')).toBe(
      'https://www.openstreetmap.org/?mlat=52.52&mlon=-13.405#map=16/52.52/-13.405',
    );
  });

  it('has no link if its coordinates are invalid', () => {
    for (const [lat, lon] of [
      ['91', '0'],
      ['0', '181'],
      ['1&evil=1', '2'],
      ['', ''],
      ['NaN', '1'],
      ['javascript:alert(1)', '1'],
    ] as const) {
      expect(at(lat, lon)).toBeNull();
    }
  });
});
