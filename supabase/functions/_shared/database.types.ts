export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[];

export type Database = {
  public: {
    Tables: {
      conversation_files: {
        Row: {
          attached_at: string;
          attached_by: string | null;
          conversation_id: string;
          file_id: string;
          message_seq: number | null;
        };
        Insert: {
          attached_at?: string;
          attached_by?: string | null;
          conversation_id: string;
          file_id: string;
          message_seq?: number | null;
        };
        Update: {
          attached_at?: string;
          attached_by?: string | null;
          conversation_id?: string;
          file_id?: string;
          message_seq?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "conversation_files_conversation_id_fkey";
            columns: ["conversation_id"];
            referencedRelation: "conversations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "conversation_files_file_id_fkey";
            columns: ["file_id"];
            referencedRelation: "files";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "conversation_files_message_fkey";
            columns: ["conversation_id", "message_seq"];
            referencedRelation: "messages";
            referencedColumns: ["conversation_id", "seq"];
          },
        ];
      };
      conversation_members: {
        Row: {
          added_at: string;
          conversation_id: string;
          role: Database["public"]["Enums"]["member_role"];
          user_id: string;
        };
        Insert: {
          added_at?: string;
          conversation_id: string;
          role: Database["public"]["Enums"]["member_role"];
          user_id: string;
        };
        Update: {
          added_at?: string;
          conversation_id?: string;
          role?: Database["public"]["Enums"]["member_role"];
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "conversation_members_conversation_id_fkey";
            columns: ["conversation_id"];
            referencedRelation: "conversations";
            referencedColumns: ["id"];
          },
        ];
      };
      conversations: {
        Row: {
          archived_at: string | null;
          continuation_id: string;
          created_at: string;
          id: string;
          last_seq: number;
          metadata: NonNullable<Json>;
          owner_id: string;
          title: string;
          ttl_seconds: number | null;
          updated_at: string;
        };
        Insert: {
          archived_at?: string | null;
          continuation_id?: string;
          created_at?: string;
          id?: string;
          last_seq?: number;
          metadata?: NonNullable<Json>;
          owner_id?: string;
          title: string;
          ttl_seconds?: number | null;
          updated_at?: string;
        };
        Update: {
          archived_at?: string | null;
          continuation_id?: string;
          created_at?: string;
          id?: string;
          last_seq?: number;
          metadata?: NonNullable<Json>;
          owner_id?: string;
          title?: string;
          ttl_seconds?: number | null;
          updated_at?: string;
        };
        Relationships: [];
      };
      files: {
        Row: {
          bucket: string;
          created_at: string;
          digest_verified: boolean;
          file_type: Database["public"]["Enums"]["file_type"];
          id: string;
          metadata: NonNullable<Json>;
          mime_type: string;
          original_name: string;
          owner_id: string;
          sha256: string | null;
          size_bytes: number;
          status: Database["public"]["Enums"]["file_status"];
          storage_path: string;
          updated_at: string;
        };
        Insert: {
          bucket: string;
          created_at?: string;
          digest_verified?: boolean;
          file_type?: Database["public"]["Enums"]["file_type"];
          id?: string;
          metadata?: NonNullable<Json>;
          mime_type: string;
          original_name: string;
          owner_id?: string;
          sha256?: string | null;
          size_bytes: number;
          status?: Database["public"]["Enums"]["file_status"];
          storage_path: string;
          updated_at?: string;
        };
        Update: {
          bucket?: string;
          created_at?: string;
          digest_verified?: boolean;
          file_type?: Database["public"]["Enums"]["file_type"];
          id?: string;
          metadata?: NonNullable<Json>;
          mime_type?: string;
          original_name?: string;
          owner_id?: string;
          sha256?: string | null;
          size_bytes?: number;
          status?: Database["public"]["Enums"]["file_status"];
          storage_path?: string;
          updated_at?: string;
        };
        Relationships: [];
      };
      messages: {
        Row: {
          author_id: string | null;
          client_id: string | null;
          content: string;
          conversation_id: string;
          created_at: string;
          id: string;
          is_estimated: boolean;
          metadata: NonNullable<Json>;
          parts: Json | null;
          payload_hash: string;
          role: Database["public"]["Enums"]["message_role"];
          search_vector: unknown;
          seq: number;
          size_bytes: number;
          token_count: number;
        };
        Insert: {
          author_id?: string | null;
          client_id?: string | null;
          content: string;
          conversation_id: string;
          created_at?: string;
          id?: string;
          is_estimated?: boolean;
          metadata?: NonNullable<Json>;
          parts?: Json | null;
          payload_hash: string;
          role: Database["public"]["Enums"]["message_role"];
          search_vector?: never;
          seq: number;
          size_bytes?: never;
          token_count: number;
        };
        Update: {
          author_id?: string | null;
          client_id?: string | null;
          content?: string;
          conversation_id?: string;
          created_at?: string;
          id?: string;
          is_estimated?: boolean;
          metadata?: NonNullable<Json>;
          parts?: Json | null;
          payload_hash?: string;
          role?: Database["public"]["Enums"]["message_role"];
          search_vector?: never;
          seq?: number;
          size_bytes?: never;
          token_count?: number;
        };
        Relationships: [
          {
            foreignKeyName: "messages_conversation_id_fkey";
            columns: ["conversation_id"];
            referencedRelation: "conversations";
            referencedColumns: ["id"];
          },
        ];
      };
      schema_version: {
        Row: {
          applied_at: string;
          description: string;
          version: string;
        };
        Insert: {
          applied_at?: string;
          description: string;
          version: string;
        };
        Update: {
          applied_at?: string;
          description?: string;
          version?: string;
        };
        Relationships: [];
      };
      storage_usage: {
        Row: {
          bytes_limit: number;
          bytes_used: number;
          owner_id: string;
        };
        Insert: {
          bytes_limit?: number;
          bytes_used?: number;
          owner_id: string;
        };
        Update: {
          bytes_limit?: number;
          bytes_used?: number;
          owner_id?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      abandon_file: { Args: { file_id: string }; Returns: boolean };
      append_messages: {
        Args: {
          continuation_id?: string;
          expected_seq?: number;
          file_ids?: Json;
          idempotency_key?: string;
          messages: Json;
          metadata?: Json;
          title?: string;
          ttl_seconds?: number;
        };
        Returns: Json;
      };
      begin_export: { Args: { continuation_id: string }; Returns: Json };
      begin_sweep: {
        Args: {
          max_objects?: number;
          pending_seconds?: number;
          unlinked_seconds?: number;
        };
        Returns: Json;
      };
      complete_file: {
        Args: { file_id: string; sha256?: string; size_bytes?: number };
        Returns: Json;
      };
      delete_conversation: { Args: { continuation_id: string }; Returns: Json };
      delete_file: { Args: { file_id: string }; Returns: Json };
      export_messages: {
        Args: { after: number; conversation_id: string; through: number };
        Returns: Json;
      };
      finish_sweep: { Args: { max_rows?: number }; Returns: Json };
      fork_conversation: {
        Args: {
          continuation_id: string;
          new_continuation_id?: string;
          through_seq?: number;
          title?: string;
        };
        Returns: Json;
      };
      grow_file: {
        Args: { file_id: string; size_bytes: number };
        Returns: undefined;
      };
      list_conversations: {
        Args: {
          archived?: boolean;
          before_id?: string;
          before_updated_at?: string;
          max_conversations?: number;
        };
        Returns: Json;
      };
      list_files: {
        Args: {
          before_created_at?: string;
          before_id?: string;
          continuation_id?: string;
          max_files?: number;
        };
        Returns: Json;
      };
      put_member: {
        Args: {
          continuation_id: string;
          role: Database["public"]["Enums"]["member_role"];
          user_id: string;
        };
        Returns: Json;
      };
      read_context: {
        Args: {
          continuation_id: string;
          max_messages?: number;
          max_tokens: number;
        };
        Returns: Json;
      };
      read_file: { Args: { file_id: string }; Returns: Json };
      read_history: {
        Args: {
          after?: number;
          before?: number;
          continuation_id: string;
          max_messages?: number;
        };
        Returns: Json;
      };
      read_members: {
        Args: { continuation_id: string; user_id?: string };
        Returns: Json;
      };
      remove_member: {
        Args: { continuation_id: string; user_id: string };
        Returns: undefined;
      };
      reserve_file: {
        Args: {
          bucket: string;
          continuation_id?: string;
          metadata?: Json;
          mime_type: string;
          original_name: string;
          size_bytes?: number;
        };
        Returns: Json;
      };
      search_messages: {
        Args: {
          archived?: boolean;
          before_id?: string;
          before_rank?: number;
          max_hits?: number;
          q: string;
        };
        Returns: Json;
      };
      sweep_conversations: {
        Args: { max_conversations?: number };
        Returns: Json;
      };
      update_conversation: {
        Args: { changes: Json; continuation_id: string; if_updated_at?: Json };
        Returns: Json;
      };
    };
    Enums: {
      file_status: "pending" | "ready" | "deleted";
      file_type: "user_upload" | "generated";
      member_role: "viewer" | "editor";
      message_role: "system" | "user" | "assistant" | "tool";
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema =
  DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
        "Tables"
      ]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
        "Views"
      ]
    )
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Views"
    ]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (
    & DefaultSchema["Tables"]
    & DefaultSchema["Views"]
  ) ? (
      & DefaultSchema["Tables"]
      & DefaultSchema["Views"]
    )[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
    "Tables"
  ][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
    "Tables"
  ][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]][
      "Enums"
    ]
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][
    EnumName
  ]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[
      PublicCompositeTypeNameOrOptions["schema"]
    ]["CompositeTypes"]
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals;
} ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]][
    "CompositeTypes"
  ][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends
    keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  public: {
    Enums: {
      file_status: ["pending", "ready", "deleted"],
      file_type: ["user_upload", "generated"],
      member_role: ["viewer", "editor"],
      message_role: ["system", "user", "assistant", "tool"],
    },
  },
} as const;
