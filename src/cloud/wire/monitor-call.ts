/** The form of `GetMonitorData`, for gates and the memory in use as well as for the history of use. */
import { toBeijing } from './beijing-time.ts';
import { type Fields, list, text } from './fields.ts';

/** The namespace with metrics of the present monitoring. Source: docs/provider.md P113 and P124. */
export const MONITOR_NAMESPACE = 'QCE/REDIS_MEM';
/** The code of the statistic: 1 average, 2 maximum, 4 minimum. */
const MAXIMUM = 2;

/** What a call asks for. */
interface MonitorCall {
  /** The provider's name. */
  readonly metric: string;
  readonly instances: readonly string[];
  /** Seconds. */
  readonly period: number;
  /** Milliseconds since 1970 UTC. */
  readonly from: number;
  readonly until: number;
}

/** Requests the maxima of a metric of some instances. */
export function encodeMonitorCall({ metric, instances, period, from, until }: MonitorCall): Fields {
  return {
    Namespace: MONITOR_NAMESPACE,
    MetricName: metric,
    Period: period,
    SpecifyStatistics: MAXIMUM,
    StartTime: moment(from),
    EndTime: moment(until),
    Instances: instances.map((id) => ({ Dimensions: [{ Name: 'instanceid', Value: id }] })),
  };
}

function moment(ms: number): string {
  return `${toBeijing(ms).replace(' ', 'T')}+08:00`;
}

/** The points of each instance in an answer. Rows without an instance are left out. */
export function decodePoints(fields: Fields): [instance: string, points: Fields][] {
  return list(fields.DataPoints).flatMap((points): [string, Fields][] => {
    const named = list(points.Dimensions).find((one) => text(one.Name)?.toLowerCase() === 'instanceid');
    const instance = text(named?.Value);
    return instance === null ? [] : [[instance, points]];
  });
}
