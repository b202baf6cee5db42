/**
 * Where embeddings of pictures are kept and found: {@link multimodal.clip.index.ImageIndex} and what stands behind it. Knows
 * no model, no picture and no RPC.
 */
package multimodal.clip.index;
