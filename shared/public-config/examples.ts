/** One example of the route for clients. */
export const publicConfigExamples = {
  getPublicConfig: {
    response: {
      config: { default_video_quality: '1080p', maintenance_mode: false, max_upload_size_mb: 500 },
    },
  },
}
