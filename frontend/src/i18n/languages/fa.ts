export default import.meta.glob<object>('../../*/texts/fa.json', { eager: true, import: 'default' })
