package multimodal.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.GraphSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Precision;

/** An engine that runs behind DJL. */
abstract class DjlEngine implements Engine {

    private final String name;
    private final ai.djl.engine.Engine engine;
    private final EngineOptions options;
    private final DjlGraph.Matching matching;

    DjlEngine(String name, ai.djl.engine.Engine engine, EngineOptions options, DjlGraph.Matching matching) {
        this.name = name;
        this.engine = engine;
        this.options = options;
        this.matching = matching;
    }

    /** Loads what {@code file} holds, a graph that computes in {@code precision}, into {@code model}. */
    abstract void load(Model model, Path file, Precision precision) throws IOException, MalformedModelException;

    /** The version of the libraries that run. */
    String version() {
        return engine.getVersion();
    }

    final EngineOptions options() {
        return options;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String description() {
        return name + " " + version() + " " + options;
    }

    @Override
    public final Graph load(ModelManifest manifest, ArtifactSpec artifact) {
        GraphSpec graph = options.device().graph(artifact.graphs().get(name));
        Path file = manifest.directory().resolve(graph.file());
        String label = manifest.id() + " " + file.getFileName();
        Model model = engine.newModel(artifact.name(), options.device().toDjl());
        try {
            load(model, file, graph.precision());
            return new DjlGraph(label, artifact, model, matching);
        } catch (IOException | MalformedModelException | EngineException e) {
            model.close();
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, label + ": does not load: " + DjlRuntime.rootCause(e), e);
        } catch (InferenceException e) {
            model.close();
            throw e;
        }
    }
}
