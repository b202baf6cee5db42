package multimodal.clip.pipeline;

/** What to continue, and how. */
public record ContinueOptions(Content.Text prompt, DecodingOptions decoding) {}
