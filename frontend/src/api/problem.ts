import { strings } from '../strings';
import { localizeAll } from './localize';
import type { Problem } from './types';

/** A call that did not succeed. `message` is a sentence a person understands. */
export class ApiError extends Error {
  /** HTTP status; 0 when nothing was answered. */
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

  /** Whether the call may or may not have been carried out: only the same key may be sent again. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** The error for an answer that is not 2xx. */
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

/** Nothing was answered at all. */
export function unreachable(): ApiError {
  return new ApiError(0, strings.errors.unreachable);
}

/** The sentence to show for anything that was thrown. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof ApiError ? thrown.message : strings.errors.unexpected;
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
  if (problem?.detail) return localizeAll(problem.sentences, problem.detail);
  return status >= 500 ? strings.errors.server : strings.errors.unexpected;
}
