package multimodal.inference.lifecycle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import multimodal.inference.admission.Admission;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.admission.RowTimes;
import multimodal.inference.admission.StepTimeEstimate;
import multimodal.inference.batching.BatchKey;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.batching.BatchPolicy;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.engine.Engine;
import multimodal.inference.engine.Graph;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.TokenizerSpec;
import org.jboss.logging.Logger;

/** Makes a warm model of a checked manifest: graphs loaded, timed, and put behind batchers and a door. */
public final class ModelLoader {

    private static final Logger LOG = Logger.getLogger(ModelLoader.class);

    private final BiFunction<ModelManifest, ArtifactSpec, Engine> engines;
    private final BiFunction<ModelManifest, TokenizerSpec, Tokenizer> tokenizers;
    private final ModelSettings settings;
    private final BatchListener batchListener;
    private final AdmissionListener admissionListener;
    private final LongSupplier clockNanos;

    /**
     * A loader.
     *
     * @param engines chooses the engine of an artifact
     * @param tokenizers loads a tokenizer; closed with the model if it is {@link AutoCloseable}
     * @param clockNanos what calibration, admission and the time of last use are read from, {@link System#nanoTime} but in tests
     */
    public ModelLoader(
            BiFunction<ModelManifest, ArtifactSpec, Engine> engines,
            BiFunction<ModelManifest, TokenizerSpec, Tokenizer> tokenizers,
            ModelSettings settings,
            BatchListener batchListener,
            AdmissionListener admissionListener,
            LongSupplier clockNanos) {
        this.engines = engines;
        this.tokenizers = tokenizers;
        this.settings = settings;
        this.batchListener = batchListener;
        this.admissionListener = admissionListener;
        this.clockNanos = clockNanos;
    }

    /**
     * Loads and warms up; on failure everything that was loaded is closed again.
     *
     * @param memoryBytes what the model is counted with
     */
    LoadedModel load(ModelManifest manifest, long memoryBytes) {
        List<LoadedArtifact> loaded = new ArrayList<>();
        try {
            StepTimeEstimate estimate = new StepTimeEstimate();
            Map<String, LoadedArtifact> artifacts = new HashMap<>();
            TreeSet<String> engineNames = new TreeSet<>();
            for (ArtifactSpec spec : manifest.artifacts().values()) {
                Engine engine = engines.apply(manifest, spec);
                Warm warm = warmUp(manifest, spec, engine);
                loaded.add(warm.artifact());
                artifacts.put(spec.name(), warm.artifact());
                engineNames.add(engine.name());
                estimate.calibrate(spec.name(), warm.rowTimes());
            }
            Admission admission =
                    new Admission(manifest.id(), settings.budget(), estimate, admissionListener, clockNanos);
            Optional<Tokenizer> tokenizer = manifest.tokenizer().map(spec -> tokenizers.apply(manifest, spec));
            return new LoadedModel(
                    manifest,
                    String.join("+", engineNames),
                    tokenizer,
                    artifacts,
                    admission,
                    new Usage(clockNanos),
                    memoryBytes);
        } catch (RuntimeException e) {
            loaded.forEach(LoadedArtifact::close);
            throw e;
        }
    }

    private record Warm(LoadedArtifact artifact, RowTimes rowTimes) {}

    private Warm warmUp(ModelManifest manifest, ArtifactSpec spec, Engine engine) {
        BatchKey key = new BatchKey(manifest.id(), spec.name());
        Graph graph = engine.load(manifest, spec);
        try {
            Calibration calibration = calibrate(manifest, spec, engine, graph);
            BatchPolicy policy = policy(spec, engine, calibration);
            LOG.infof(
                    "%s on %s: %s; %s %d rows%s",
                    key,
                    engine.description(),
                    calibration,
                    policy.isFixed() ? "always" : "up to",
                    policy.maxRows(),
                    policy.callsAtOnce() == 1 ? "" : ", %d calls at once".formatted(policy.callsAtOnce()));
            batchListener.calibrated(key, calibration.times(), policy);
            return new Warm(
                    new LoadedArtifact(key, spec, graph, policy, batchListener),
                    calibration.rowTimes(policy.maxRows()));
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    private Calibration calibrate(ModelManifest manifest, ArtifactSpec spec, Engine engine, Graph graph) {
        WarmUpInputs inputs = new WarmUpInputs(manifest);
        return engine.isBatchInvariant()
                ? Calibration.measure(graph, spec, inputs, maxRows(spec), clockNanos)
                : Calibration.measureFixed(graph, spec, inputs, fixedRows(spec), clockNanos);
    }

    /** A fixed size never follows a measurement: results must not change from one start to the next. */
    private BatchPolicy policy(ArtifactSpec spec, Engine engine, Calibration calibration) {
        boolean isFixed = !engine.isBatchInvariant();
        int rows = isFixed ? fixedRows(spec) : calibration.batchLimit(maxRows(spec));
        return new BatchPolicy(
                rows, isFixed, settings.maxDelay(), settings.maxWait(), settings.maxQueued(), engine.callsAtOnce());
    }

    private int maxRows(ArtifactSpec spec) {
        return Math.min(spec.maxBatch(), settings.maxRows());
    }

    private int fixedRows(ArtifactSpec spec) {
        return Math.min(spec.maxBatch(), settings.fixedRows());
    }
}
