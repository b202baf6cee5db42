package multimodal.gateway.workflow;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The kinds of node that a workflow may have. */
public final class NodeCatalogue {
    private final Map<String, NodeType> types = new TreeMap<>();

    /** A catalogue of {@code types}. */
    public NodeCatalogue(Collection<NodeType> types) {
        types.forEach(type -> this.types.put(type.method(), type));
    }

    /** The kind whose RPC is {@code method}, a full name. */
    public Optional<NodeType> find(String method) {
        return Optional.ofNullable(types.get(method));
    }

    /** All of them, sorted by RPC. */
    public List<NodeType> types() {
        return List.copyOf(types.values());
    }

    /** The full name that is the most like {@code method}. */
    String nearest(String method) {
        return Nearest.to(method, types.keySet());
    }
}
