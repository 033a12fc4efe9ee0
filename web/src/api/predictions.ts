/** Predictions: what customers will probably do, and how well that is known. */
import { useQuery } from '@tanstack/react-query';
import type { Page } from './contract';
import type { components } from './generated/schema';
import { send } from './http';
import type { Problem } from './problem';
import { resource } from './query';

type Schemas = components['schemas'];
export type Prediction = Schemas['Prediction'];
export type PredictionFields = Schemas['PredictionFields'];
export type PredictionVersion = Schemas['PredictionVersionBody'];
export type Quality = Schemas['PredictionQuality'];

export const predictions = resource<Prediction, PredictionFields>(
  '/predictions',
  (item) => item.id,
  'prediction.read',
);

/** How often a page looks at a training that goes on. */
export const LOOK_EVERY_MS = 1_500;

export const predictionAct = (id: string, act: 'train' | 'launch' | 'retire') =>
  send<unknown>(`/predictions/${id}/${act}`, {
    method: 'POST',
    ...(act === 'launch' ? { body: {} } : {}),
  });

/** The versions of a prediction, newest first; read again while one is being trained. */
export const usePredictionVersions = (id: string) =>
  useQuery<PredictionVersion[], Problem>({
    queryKey: ['prediction-versions', id],
    queryFn: async () => (await send<Page<PredictionVersion>>(`/predictions/${id}/versions`)).items,
    refetchInterval: (query) =>
      query.state.data?.[0]?.state === 'training' ? LOOK_EVERY_MS : false,
  });
