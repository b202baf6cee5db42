package multimodal.clip.pipeline;

/**
 * What to continue, and how.
 *
 * @param sequences texts to make, at least 1; with beams at most as many as beams, with greedy decoding 1
 */
public record ContinueOptions(Content.Text prompt, DecodingOptions decoding, int sequences) {}
