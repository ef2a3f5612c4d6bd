import type { Location } from '../api/types';

/** Returns an OpenStreetMap link to a location, or null if its coordinates are invalid. */
export function mapUrl({ latitude, longitude }: Location): string | null {
  const [lat, lon] = [parseDegrees(latitude, 90), parseDegrees(longitude, 180)];
  if (lat === null || lon === null) return null;
  return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
}

function parseDegrees(text: string, limit: number): string | null {
  if (!/^\s*[+-]?\d{1,3}(\.\d+)?\s*$/.test(text)) return null;
  const value = Number(text);
  return Math.abs(value) <= limit ? String(value) : null;
}
