import { useTranslation } from 'react-i18next';
import type { FileField } from '../../../api/loyalty';
import { loyaltyFilesEn } from '../../../i18n/en/loyaltyFiles';
import { PASSED_OVER } from './columns';

type Field = keyof typeof loyaltyFilesEn.file.fields;
type Shape = keyof typeof loyaltyFilesEn.file.shapes;
const isField = (name: string): name is Field => name in loyaltyFilesEn.file.fields;
const isShape = (name: string): name is Shape => name in loyaltyFilesEn.file.shapes;

/** A field of files in words; one that has none as files name it. */
export function useFieldWord() {
  const { t } = useTranslation();
  return (name: string) => {
    if (name === PASSED_OVER) return t('loyalty.file.look.passedOver');
    return isField(name) ? t(`loyalty.file.fields.${name}`) : name;
  };
}

/** What must stand in a field, in words: of a few words these themselves. */
export function useShapeWord() {
  const { t } = useTranslation();
  return (shape: FileField['shape']) => {
    if (typeof shape === 'object') return shape.word.join(' / ');
    return isShape(shape) ? t(`loyalty.file.shapes.${shape}`) : shape;
  };
}
