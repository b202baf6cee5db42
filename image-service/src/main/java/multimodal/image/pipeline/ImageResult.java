package multimodal.image.pipeline;

import java.util.List;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.repository.ModelId;

/**
 * Finished pictures.
 *
 * @param pngs the pictures as PNG, settings inside, in the order of their seeds
 * @param model that made them
 * @param engine that ran it
 * @param timings where the time went
 * @param droppedWords of the prompt, beyond what the model reads; usually empty
 * @param droppedNegativeWords of the negative prompt; usually empty
 */
public record ImageResult(
        List<byte[]> pngs,
        ModelId model,
        String engine,
        StageTimings timings,
        List<String> droppedWords,
        List<String> droppedNegativeWords) {}
