export type * from './contract.ts'
export { type Counter, createMetrics, type Gauge, type Histogram, type Labels, type Metrics } from './metrics.ts'
export { createGateway, type Gateway, type GatewayOptions } from './pipeline.ts'
