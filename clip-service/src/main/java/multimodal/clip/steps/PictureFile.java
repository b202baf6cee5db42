package multimodal.clip.steps;

/**
 * A picture as it came.
 *
 * @param field its path in the request
 * @param bytes PNG, JPEG or WebP, not decoded yet
 */
public record PictureFile(String field, byte[] bytes) {}
