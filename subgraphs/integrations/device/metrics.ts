import { Decimal } from 'decimal.js';
import type { MappingAggregation } from '../generated.ts';

/** A type of measurements: the unit in which it is stored, how a day's samples become one value, and the day that a sample is for. */
export interface MetricKind {
  unit: string;
  aggregation: MappingAggregation;
  /** Of a sample that goes over midnight: sleep is for the day on which one wakes up. */
  dayOf: 'start' | 'end';
}

const sum = (unit: string): MetricKind => ({ unit, aggregation: 'SUM', dayOf: 'start' });
const mean = (unit: string): MetricKind => ({ unit, aggregation: 'MEAN', dayOf: 'start' });
const last = (unit: string): MetricKind => ({ unit, aggregation: 'LAST', dayOf: 'start' });

/** HealthKit's common types. Others are stored in the unit in which they come. */
const known: Readonly<Record<string, MetricKind>> = {
  stepCount: sum('count'),
  flightsClimbed: sum('count'),
  pushCount: sum('count'),
  swimmingStrokeCount: sum('count'),
  distanceWalkingRunning: sum('km'),
  distanceCycling: sum('km'),
  distanceSwimming: sum('km'),
  distanceWheelchair: sum('km'),
  activeEnergyBurned: sum('kcal'),
  basalEnergyBurned: sum('kcal'),
  dietaryEnergyConsumed: sum('kcal'),
  dietaryProtein: sum('g'),
  dietaryCarbohydrates: sum('g'),
  dietaryFatTotal: sum('g'),
  dietarySugar: sum('g'),
  dietaryWater: sum('L'),
  dietaryCaffeine: sum('mg'),
  appleExerciseTime: sum('min'),
  appleStandTime: sum('min'),
  appleMoveTime: sum('min'),
  timeInDaylight: sum('min'),
  mindfulSession: sum('min'),
  sleepAnalysis: { unit: 'min', aggregation: 'SUM', dayOf: 'end' },
  heartRate: mean('count/min'),
  restingHeartRate: mean('count/min'),
  walkingHeartRateAverage: mean('count/min'),
  respiratoryRate: mean('count/min'),
  heartRateVariabilitySDNN: mean('ms'),
  oxygenSaturation: mean('%'),
  bodyTemperature: mean('degC'),
  bloodPressureSystolic: mean('mmHg'),
  bloodPressureDiastolic: mean('mmHg'),
  bloodGlucose: mean('mg/dL'),
  walkingSpeed: mean('km/hr'),
  bodyMass: last('kg'),
  leanBodyMass: last('kg'),
  bodyFatPercentage: last('%'),
  bodyMassIndex: last('count'),
  height: last('cm'),
  waistCircumference: last('cm'),
  vo2Max: last('mL/min·kg'),
};

/** What is known of a type; `unit` is that of the samples, for types that are not known. */
export const metricKind = (type: string, unit: string): MetricKind =>
  Object.hasOwn(known, type) ? known[type]! : { unit, aggregation: 'MEAN', dayOf: 'start' };

/** How many of a dimension's base unit one of these is. */
const units: Readonly<Record<string, readonly [dimension: string, size: string]>> = {
  mm: ['length', '0.001'],
  cm: ['length', '0.01'],
  m: ['length', '1'],
  km: ['length', '1000'],
  in: ['length', '0.0254'],
  ft: ['length', '0.3048'],
  yd: ['length', '0.9144'],
  mi: ['length', '1609.344'],
  mg: ['mass', '0.001'],
  g: ['mass', '1'],
  kg: ['mass', '1000'],
  oz: ['mass', '28.349523125'],
  lb: ['mass', '453.59237'],
  st: ['mass', '6350.29318'],
  J: ['energy', '1'],
  kJ: ['energy', '1000'],
  cal: ['energy', '4.184'],
  kcal: ['energy', '4184'],
  Cal: ['energy', '4184'],
  ms: ['time', '0.001'],
  s: ['time', '1'],
  min: ['time', '60'],
  hr: ['time', '3600'],
  d: ['time', '86400'],
  mL: ['volume', '0.001'],
  cL: ['volume', '0.01'],
  L: ['volume', '1'],
  fl_oz_us: ['volume', '0.0295735295625'],
  'count/s': ['rate', '60'],
  'count/min': ['rate', '1'],
  'm/s': ['speed', '3.6'],
  'km/hr': ['speed', '1'],
  'mi/hr': ['speed', '1.609344'],
  mmHg: ['pressure', '1'],
  kPa: ['pressure', '7.500615758456564'],
  'mg/dL': ['glucose', '1'],
  'mmol<180.15588000005408>/L': ['glucose', '18.015588000005408'],
  'mmol/L': ['glucose', '18.015588000005408'],
  count: ['number', '1'],
  degC: ['celsius', '1'],
  '%': ['fraction', '1'],
};

/** Turns a value in `from` into one in `to`; null when that cannot be. */
export function converter(from: string, to: string): ((value: Decimal) => Decimal) | null {
  if (from === to) return (value) => value;
  if (from === 'degF' && to === 'degC') return (value) => value.minus(32).times(5).div(9);
  const [a, b] = [units[from], units[to]];
  if (!a || !b || a[0] !== b[0]) return null;
  const ratio = new Decimal(a[1]).div(b[1]);
  return (value) => value.times(ratio);
}
