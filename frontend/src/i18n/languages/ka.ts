export default import.meta.glob<object>('../../*/texts/ka.json', { eager: true, import: 'default' })
