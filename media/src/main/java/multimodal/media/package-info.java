/**
 * Pictures between files and numbers: decoding with limits, encoding with the generation's settings inside, scaling and
 * normalising. Plain Java, no modality service and no engine in it. Everything here is stateless and thread-safe, works
 * in memory only, and answers every faulty input with {@link multimodal.media.MediaException}.
 */
package multimodal.media;
