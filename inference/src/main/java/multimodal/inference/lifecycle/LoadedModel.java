package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import multimodal.inference.admission.Admission;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.admission.WorkPermit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.tensor.Tensor;

/** A model with its door, its warm artifacts and its tokenizer. Thread-safe. */
final class LoadedModel implements ModelHandle {

    private final ModelManifest manifest;
    private final String engine;
    private final Optional<Tokenizer> tokenizer;
    private final Map<String, LoadedArtifact> artifacts;
    private final Admission admission;
    private final Usage usage;
    private final long memoryBytes;

    LoadedModel(
            ModelManifest manifest,
            String engine,
            Optional<Tokenizer> tokenizer,
            Map<String, LoadedArtifact> artifacts,
            Admission admission,
            Usage usage,
            long memoryBytes) {
        this.manifest = manifest;
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.artifacts = Map.copyOf(artifacts);
        this.admission = admission;
        this.usage = usage;
        this.memoryBytes = memoryBytes;
    }

    @Override
    public ModelManifest manifest() {
        return manifest;
    }

    @Override
    public String engine() {
        return engine;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer.orElseThrow(() -> new IllegalStateException(manifest.id() + ": no tokenizer in the manifest"));
    }

    @Override
    public Permit admit(RequestContext context, Cost cost) {
        return admission.admit(context, cost);
    }

    @Override
    public Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs) {
        return artifact(artifact).run(own(permit), inputs);
    }

    @Override
    public Row open(Permit permit, String artifact) {
        return artifact(artifact).open(own(permit));
    }

    /** The requests that have found it. */
    Usage usage() {
        return usage;
    }

    /** What it is counted with in the budget of memory. */
    long memoryBytes() {
        return memoryBytes;
    }

    /** Admits nothing more, and waits for what was admitted; false if that takes longer than {@code timeout}. */
    boolean drain(Duration timeout) throws InterruptedException {
        admission.stop();
        return admission.awaitIdle(timeout);
    }

    /** Ends what still runs with {@code UNAVAILABLE} and gives all memory back. */
    @Override
    public void close() {
        admission.stop();
        artifacts.values().forEach(LoadedArtifact::close);
        tokenizer.filter(AutoCloseable.class::isInstance).ifPresent(LoadedModel::closeTokenizer);
    }

    private LoadedArtifact artifact(String name) {
        LoadedArtifact artifact = artifacts.get(name);
        if (artifact == null) {
            throw new IllegalArgumentException(
                    "%s: artifact %s (expected: one of %s)".formatted(manifest.id(), name, artifacts.keySet()));
        }
        return artifact;
    }

    private static WorkPermit own(Permit permit) {
        if (permit instanceof WorkPermit own) {
            return own;
        }
        throw new IllegalArgumentException("permit: " + permit + " (expected: one that admit() gave)");
    }

    private static void closeTokenizer(Tokenizer tokenizer) {
        try {
            ((AutoCloseable) tokenizer).close();
        } catch (Exception e) {
            throw new IllegalStateException("the tokenizer does not close", e);
        }
    }
}
