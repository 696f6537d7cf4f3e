import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { MetricName } from '../../shared/kernel/metrics.ts'
import { ALARMS, type AlarmId } from '../alarm-table.ts'
import type { CapabilityFunction } from './capability-function.ts'
import type { OperationsTopic } from './operations-topic.ts'
