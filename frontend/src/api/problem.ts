import { commonStrings } from '../strings/common';
import { localizeAll } from './localize';
import type { Problem } from './types';

/** A failed API call. `message` is a sentence for users. */
export class ApiError extends Error {
  /** The HTTP status; 0 without a response. */
  readonly status: number;
  readonly problem: Problem | null;
  /** Seconds to wait, from `Retry-After`. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    sentence: string,
    problem: Problem | null = null,
    retryAfter: number | null = null,
  ) {
    super(sentence);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Whether the call may have been carried out. It may only be repeated with the same key. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** Returns the error for a response that is not 2xx. */
export async function toApiError(response: Response): Promise<ApiError> {
  const problem = await parseProblem(response);
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? seconds : null;
  return new ApiError(
    response.status,
    problemMessage(response.status, problem),
    problem,
    retryAfter,
  );
}

/** Returns the error for a missing response. */
export function unreachable(): ApiError {
  return new ApiError(0, commonStrings.errors.unreachable);
}

/** Returns the message to show for any thrown value. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof ApiError ? thrown.message : commonStrings.errors.unexpected;
}

async function parseProblem(response: Response): Promise<Problem | null> {
  if (!(response.headers.get('content-type') ?? '').includes('json')) return null;
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? (body as Problem) : null;
  } catch {
    return null;
  }
}

function problemMessage(status: number, problem: Problem | null): string {
  if (problem?.detail) return localizeAll(problem.localized_detail, problem.detail);
  return status >= 500 ? commonStrings.errors.server : commonStrings.errors.unexpected;
}
