import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'

/**
 * Deletes every version of every object of a bucket.
 * @returns how many versions there were
 * @throws when one of them cannot be deleted
 */
export async function emptyBucket(Bucket: string): Promise<number> {
  const s3 = new S3Client({})
  let count = 0
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }))
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
    if (Objects.length === 0) return count
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
    )
    if (Errors.length > 0) throw new Error(`${Errors.length} objects of ${Bucket} could not be deleted.`)
    count += Objects.length
  }
}
